package dev.letterbox.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.FailureKind;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.process.WorkerProcess.Assignment;
import dev.letterbox.process.WorkerWire.Kind;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a worker process is free again, and what is made of what it sends. */
final class WorkerProcessTest {
    private static final Request REQUEST = Request.of(Caller.ofUser(0, 0), new byte[0]);

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong allAhead = new AtomicLong();
    private final MemorySegment target = Arena.ofAuto().allocate(WorkerWire.MOST_CONTENT);
    private final List<WorkerProcess> workers = new ArrayList<>();

    @TempDir
    private Path folder;

    private final class Notes implements WorkerProcess.Supervisor {
        @Override
        public void ready(WorkerProcess which) {
            told.add("ready");
        }

        @Override
        public void served(WorkerProcess which) {
            told.add("served");
        }

        @Override
        public void unwanted(WorkerProcess which, int number) {
            told.add("unwanted");
        }

        @Override
        public void ended(WorkerProcess which, @Nullable Assignment left) {
            told.add(left == null ? "ended with nothing to do" : "ended at work");
        }
    }

    /** Starts a program that sends these frames once it is told of a request, and returns what comes of that. */
    private IsolatedContent ask(byte[]... frames) throws IOException {
        Path ready = Files.write(folder.resolve("ready"), WorkerWire.bare(Kind.READY, 0));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        Path answer = Files.write(folder.resolve("answer"), all.toByteArray());
        List<String> program = List.of(
                "/bin/sh",
                "-c",
                "cat \"$0\"; head -c 1 >/dev/null; cat \"$1\"; exec cat >/dev/null",
                ready.toString(),
                answer.toString());
        WorkerProcess worker = WorkerProcess.on(WorkerProcess.launch(program), new Notes());
        workers.add(worker);
        Await.until("it is ready", () -> told.contains("ready"));
        Optional<IsolatedContent> content =
                worker.serve("any", _ -> Content.of(""), REQUEST, Deadline.PATIENCE, allAhead);
        return content.orElseThrow();
    }

    private static byte[] piece(int length) {
        return ByteBuffer.allocate(WorkerWire.HEADER + length)
                .putInt(WorkerWire.HEADER + length)
                .put(Kind.DATA.code())
                .putInt(1)
                .array();
    }

    @AfterEach
    void end() {
        workers.forEach(WorkerProcess::kill);
        Await.until("it has ended", () -> told.stream().anyMatch(each -> each.startsWith("ended")));
    }

    @Test
    void aWorkerIsFreeBeforeItsClientReadsAShortAnswer() throws IOException, ServiceException {
        IsolatedContent content = ask(WorkerWire.begun(1, Long.MAX_VALUE), piece(5), WorkerWire.bare(Kind.END, 1));

        Await.until("it is free", () -> told.contains("served"));

        assertThat(content.read(target, 10)).isEqualTo(5);
        assertThat(content.read(target, 10)).isEqualTo(-1);
    }

    /** Has a worker send a whole short answer, which waits for its client. */
    private IsolatedContent askWhereMuchIsUnread() throws IOException {
        allAhead.set(IsolatedContent.MOST_AHEAD);
        IsolatedContent content = ask(WorkerWire.begun(1, Long.MAX_VALUE), piece(5), WorkerWire.bare(Kind.END, 1));
        Await.until("it waits for its client", () -> content.heldUp() > 0);
        return content;
    }

    /** Its next request would wait for this one's client, whoever that is. */
    @Test
    void whereMuchIsUnreadAWorkerIsNotFreeBeforeItsClientHasRead() throws IOException, ServiceException {
        IsolatedContent content = askWhereMuchIsUnread();
        assertThat(told).doesNotContain("served");

        assertThat(content.read(target, 10)).isEqualTo(5);

        Await.until("it is free", () -> told.contains("served"));
        assertThat(content.read(target, 10)).isEqualTo(-1);
    }

    @Test
    void whatWasSentWholeIsWholeThoughItsWorkerIsKilled() throws IOException, ServiceException {
        IsolatedContent content = askWhereMuchIsUnread();
        workers.getFirst().kill();
        Await.until("it has ended", () -> told.contains("ended with nothing to do"));

        assertThat(content.read(target, 10)).isEqualTo(5);
        assertThat(content.read(target, 10)).isEqualTo(-1);
    }

    @Test
    void aPieceOfNothingIsNoEnd() throws IOException {
        IsolatedContent content = ask(WorkerWire.begun(1, Long.MAX_VALUE), piece(0), piece(5));

        assertThatExceptionOfType(ServiceException.class)
                .isThrownBy(() -> content.read(target, 10))
                .returns(FailureKind.LOST, ServiceException::kind);
    }
}
