/** The engine on RabbitMQ: many servers on one request queue, and clients anywhere. */
module dev.letterbox.rabbitmq {
    requires com.rabbitmq.client;
    requires transitive dev.letterbox;
    requires java.naming;
    requires org.slf4j; // amqp-client needs it, and being no module cannot say so
    requires static org.jspecify;

    exports dev.letterbox.rabbitmq;
}
