package dev.letterbox.queues.reaper;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import dev.letterbox.sysv.life.LifeToken;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/**
 * Says which process a private queue belongs to, and by what to see that it lives. It is the first message in the queue
 * and stays there, so it needs no registry, and outlives the client and the server. {@code docs/protocol.md} has it field
 * by field.
 *
 * @param process the client's process
 * @param server the key of the server whose client it is
 * @param token the sign that the process lives; empty if it could have none
 */
public record BirthCertificate(ProcessMark process, Key server, Optional<Token> token) {
    /** The type of the message, which is never received. */
    public static final long TYPE = Long.MAX_VALUE;

    /** The highest type that a program of 32 bits can send, and so its certificate's. */
    private static final long TYPE_OF_32_BITS = Integer.MAX_VALUE;

    /** How long it is, after the type. */
    public static final int BYTES = 64;

    /** Takes all messages but this one. */
    public static final Selector ALL_ELSE = Selector.except(TYPE);

    /** {@code LBXBIRTH} in ASCII, read as a little-endian number. */
    private static final long MAGIC = 0x4854_5249_4258_424cL;

    /** Many queues are looked at by few threads. */
    private static final ThreadLocal<MessageBuffer> SCRATCH = ThreadLocal.withInitial(MessageBuffer::allocate);

    private static final int VERSION = 1;
    private static final int NO_TOKEN = -1;

    private static final long VERSION_AT = 8;
    private static final long PID = 12;
    private static final long BEGAN = 16;
    private static final long PID_NAMESPACE = 24;
    private static final long TIME_NAMESPACE = 28;
    private static final long BOOT_HIGH = 32;
    private static final long BOOT_LOW = 40;
    private static final long TOKEN = 48;
    private static final long SERVER_KEY = 52;
    private static final long TOKEN_CREATED = 56;

    /**
     * Names a {@link LifeToken}.
     *
     * @param id its segment's id
     * @param created when it was made, in seconds since 1970
     */
    public record Token(int id, long created) {
        /**
         * Returns the name of a token.
         *
         * @param token the token
         * @return its name
         */
        public static Token of(LifeToken token) {
            return new Token(token.id(), token.created());
        }
    }

    /**
     * Writes it into a message.
     *
     * @param message takes it; {@link #BYTES} long or longer
     */
    public void encode(MessageBuffer message) {
        MemorySegment body = message.memory();
        body.set(JAVA_LONG_UNALIGNED, 0, MAGIC);
        body.set(JAVA_INT_UNALIGNED, VERSION_AT, VERSION);
        body.set(JAVA_INT_UNALIGNED, PID, process.pid());
        body.set(JAVA_LONG_UNALIGNED, BEGAN, process.began());
        body.set(JAVA_INT_UNALIGNED, PID_NAMESPACE, process.pidNamespace());
        body.set(JAVA_INT_UNALIGNED, TIME_NAMESPACE, process.timeNamespace());
        body.set(JAVA_LONG_UNALIGNED, BOOT_HIGH, process.boot().getMostSignificantBits());
        body.set(JAVA_LONG_UNALIGNED, BOOT_LOW, process.boot().getLeastSignificantBits());
        body.set(JAVA_INT_UNALIGNED, TOKEN, token.map(Token::id).orElse(NO_TOKEN));
        body.set(JAVA_INT_UNALIGNED, SERVER_KEY, server.value());
        body.set(JAVA_LONG_UNALIGNED, TOKEN_CREATED, token.map(Token::created).orElse(0L));
        message.type(TYPE).size(BYTES);
    }

    /** Reads it from a message; empty if the message is none, of this version. */
    static Optional<BirthCertificate> decode(MessageBuffer message) {
        MemorySegment body = message.memory();
        if ((message.type() != TYPE && message.type() != TYPE_OF_32_BITS)
                || message.size() != BYTES
                || body.get(JAVA_LONG_UNALIGNED, 0) != MAGIC
                || body.get(JAVA_INT_UNALIGNED, VERSION_AT) != VERSION
                || body.get(JAVA_INT_UNALIGNED, PID) < 1
                || body.get(JAVA_INT_UNALIGNED, SERVER_KEY) == 0) {
            return Optional.empty();
        }
        int token = body.get(JAVA_INT_UNALIGNED, TOKEN);
        if (token < NO_TOKEN) {
            return Optional.empty();
        }
        return Optional.of(new BirthCertificate(
                new ProcessMark(
                        body.get(JAVA_INT_UNALIGNED, PID),
                        body.get(JAVA_LONG_UNALIGNED, BEGAN),
                        body.get(JAVA_INT_UNALIGNED, PID_NAMESPACE),
                        body.get(JAVA_INT_UNALIGNED, TIME_NAMESPACE),
                        new UUID(body.get(JAVA_LONG_UNALIGNED, BOOT_HIGH), body.get(JAVA_LONG_UNALIGNED, BOOT_LOW))),
                Key.of(body.get(JAVA_INT_UNALIGNED, SERVER_KEY)),
                token == NO_TOKEN
                        ? Optional.empty()
                        : Optional.of(new Token(token, body.get(JAVA_LONG_UNALIGNED, TOKEN_CREATED)))));
    }

    /**
     * Checks whether a queue begins with one, and leaves it there. Takes the permission to receive.
     *
     * @param queueId the queue
     * @return the certificate; empty if there is none
     * @throws QueueException if the queue is gone, or may not be read
     * @throws UnsupportedKernelException if the kernel cannot copy a message (CONFIG_CHECKPOINT_RESTORE)
     */
    public static Optional<BirthCertificate> read(int queueId) {
        MessageBuffer message = SCRATCH.get();
        return MessageQueue.ofId(queueId).peek(message, 0) ? decode(message) : Optional.empty();
    }
}
