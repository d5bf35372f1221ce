package dev.letterbox.lab.result;

/** Names the two ways to lay out queues between a server and its clients. */
public enum Design {
    /** One queue for all: requests have type 1, a response has its client's process id as type. */
    SHARED,
    /** One queue for requests, and for each client a private one for its responses. */
    PRIVATE
}
