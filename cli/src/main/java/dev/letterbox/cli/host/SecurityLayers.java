package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Printable;
import dev.letterbox.sysv.linux.ProcessStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What may refuse this process a call that the kernel's own rules allow.
 *
 * @param filter whether a system call filter (seccomp) is in force
 * @param label the security module's label of this process, if it has one
 */
public record SecurityLayers(boolean filter, Optional<String> label) {
    /** Reads them from {@code /proc/self}. */
    public static SecurityLayers read() {
        Optional<String> label = Processes.read(Path.of("/proc/self/attr/current"))
                .map(text -> Printable.inOneLine(text.replace("\0", "").strip()))
                .filter(text -> !text.isEmpty() && !text.equals("unconfined"));
        return new SecurityLayers(ProcessStatus.ofThisProcess().isFiltered(), label);
    }

    /** Returns where to look next. */
    public String remedy() {
        String module = "journalctl -k | grep -i denied shows what a security module refused";
        return filter
                ? module
                        + "; a filter (seccomp) usually logs nothing there: docker run --security-opt seccomp=unconfined runs"
                        + " without one"
                : module;
    }

    /** Returns which layers are in force, as a sentence. */
    public String sentence() {
        List<String> found = new ArrayList<>();
        if (filter) {
            found.add("a system call filter (seccomp) is in force");
        }
        label.ifPresent(text -> found.add("a security module confines this process as '" + text + "'"));
        if (found.isEmpty()) {
            return "A security module (SELinux, AppArmor, Smack) must have done that.";
        }
        String text = String.join(", and ", found);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }
}
