/** A service and its client in one program. */
module example.app {
    requires dev.letterbox.queues;
}
