/**
 * Carries requests and responses over RabbitMQ, by AMQP 0-9-1: one request queue that many servers share, and a private
 * queue for each client. {@code docs/rabbitmq.md} explains how it is set up, and {@code docs/protocol.md} what is sent.
 */
@NullMarked
package dev.letterbox.rabbitmq;

import org.jspecify.annotations.NullMarked;
