package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LogWriterTest {
    private static final long LONG = 30_000;

    private final Reader reader = new Reader();
    private final LogWriter log = LogWriter.start(reader, StandardCharsets.UTF_8);

    /** Takes nothing until it is opened. */
    private static final class Reader extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);
        private volatile boolean broken;
        private int writes;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            entered.countDown();
            try {
                opened.await();
            } catch (InterruptedException impossible) {
                throw new IOException(impossible);
            }
            if (broken) {
                throw new IOException("No space left on device");
            }
            synchronized (this) {
                taken.write(bytes, from, count);
                writes++;
            }
        }

        synchronized List<String> lines() {
            return taken.toString(StandardCharsets.UTF_8).lines().toList();
        }

        synchronized int writes() {
            return writes;
        }
    }

    private void info(Object what) {
        log.add(Level.INFO, what, null, null);
    }

    @Test
    void linesAreWrittenInTheirOrderAndManyAtOnce() throws InterruptedException {
        info("first");
        reader.entered.await();
        IntStream.range(0, 1_000).forEach(this::info);
        reader.opened.countDown();

        assertThat(log.flush(LONG)).isTrue();
        assertThat(reader.lines()).hasSize(1_001);
        assertThat(reader.lines().subList(1, 1_001))
                .extracting(line -> line.replaceFirst("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ", ""))
                .isEqualTo(IntStream.range(0, 1_000).mapToObj(Integer::toString).toList());
        assertThat(reader.writes()).isLessThan(10);
    }

    @Test
    void whereNobodyReadsLinesAreCountedAndLeftOutAndNobodyWaits() throws InterruptedException {
        info("first");
        reader.entered.await();
        int many = 100_000;
        IntStream.range(0, many).forEach(this::info);
        log.add(Level.WARNING, "a warning has room", null, null);
        info("not this one");
        assertThat(log.flush(LONG)).as("nobody reads").isFalse();
        reader.opened.countDown();

        assertThat(log.flush(LONG)).isTrue();
        List<String> lines = reader.lines();
        int kept = lines.size() - 4;
        assertThat(kept).isBetween(LogWriter.MOST - 10, LogWriter.MOST + 10);
        assertThat(lines.get(kept)).endsWith(" " + (kept - 1));
        assertThat(lines.get(kept + 1))
                .endsWith(" WARNING " + (many - kept) + " lines were left out: the log is not read fast enough.");
        assertThat(lines.get(kept + 2)).endsWith(" WARNING a warning has room");
        assertThat(lines.get(kept + 3)).contains(" WARNING 1 line was left out");

        info("goes on");
        assertThat(log.flush(LONG)).isTrue();
        assertThat(reader.lines().getLast()).endsWith(" goes on");
    }

    @Test
    void whatCouldNotBeWrittenIsCounted() {
        reader.broken = true;
        reader.opened.countDown();
        info("lost");
        assertThat(log.flush(LONG)).isTrue();
        info("lost too");
        assertThat(log.flush(LONG)).isTrue();
        reader.broken = false;
        info("written");
        assertThat(log.flush(LONG)).isTrue();

        assertThat(reader.lines()).hasSize(2);
        assertThat(reader.lines().getFirst()).contains("2 lines were left out");
        assertThat(reader.lines().getLast()).endsWith("written");
    }

    @Test
    void aLineIsBoundedAndCannotForgeAnother() {
        reader.opened.countDown();
        info("get '" + "\n".repeat(4_090) + "'");
        info("\u001b[2J\u2028\u202e");
        assertThat(log.flush(LONG)).isTrue();

        assertThat(reader.lines()).hasSize(2);
        assertThat(reader.lines().getFirst()).hasSizeLessThan(2_100).endsWith("\\u000a...");
        assertThat(reader.lines().getLast()).endsWith(" \\u001b[2J\\u2028\\u202e");
    }

    @Test
    void whatCannotBeFormattedIsWrittenAsItIs() {
        reader.opened.countDown();
        log.add(Level.INFO, "{0,number,#} of {1}", new Object[] {"many", 7}, null);
        info(new Object() {
            @Override
            public String toString() {
                throw new NoClassDefFoundError("tzdb.dat");
            }
        });
        info("next");
        assertThat(log.flush(LONG)).isTrue();

        assertThat(reader.lines()).hasSize(3);
        assertThat(reader.lines().get(0)).endsWith(" {0,number,#} of {1} [many, 7]");
        assertThat(reader.lines().get(1)).endsWith(" A line that cannot be written: java.lang.NoClassDefFoundError");
        assertThat(reader.lines().get(2)).endsWith(" next");
    }

    @Test
    void theSameStackTraceIsWrittenOnce() {
        reader.opened.countDown();
        IllegalStateException defect = new IllegalStateException("a defect");
        log.add(Level.ERROR, "failed", null, defect);
        log.add(Level.ERROR, "failed again", null, defect);
        assertThat(log.flush(LONG)).isTrue();

        assertThat(String.join("\n", reader.lines()))
                .containsOnlyOnce("java.lang.IllegalStateException: a defect")
                .containsOnlyOnce("(the last stack trace again)");
    }

    @Test
    void aLineIsWrittenThoughNobodyAsksForIt() {
        reader.opened.countDown();
        info("soon");
        Await.until("it is written", () -> !reader.lines().isEmpty());
    }
}
