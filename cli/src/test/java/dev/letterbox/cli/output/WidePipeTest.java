package dev.letterbox.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.LinuxFiles;
import dev.letterbox.testkit.TempFiles;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WidePipeTest {
    private static final LinuxFiles LINUX = LinuxFiles.host();

    @Test
    void aPipeIsWidenedOnceALotIsWritten(@TempDir Path folder) throws Exception {
        TempFiles.pipe(folder, "pipe");
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        try (Descriptor root = Descriptor.ofDirectory(LINUX, folder);
                Descriptor pipe = root.openBeneath("pipe".getBytes(StandardCharsets.UTF_8));
                WidePipe to = new WidePipe(Channels.newChannel(taken), pipe.number())) {
            ByteBuffer half = ByteBuffer.allocate((int) WidePipe.FROM / 2);
            to.write(half.clear());
            to.write(half.clear());
            assertThat(size(pipe)).isLessThan(WidePipe.SIZE);
            to.write(ByteBuffer.allocate(1));
            assertThat(size(pipe)).isEqualTo(WidePipe.SIZE);
            assertThat(taken.size()).isEqualTo(WidePipe.FROM + 1);
        }
    }

    private static long size(Descriptor pipe) {
        return LINUX.fcntl(pipe.number(), LinuxFiles.F_GETPIPE_SZ, 0);
    }
}
