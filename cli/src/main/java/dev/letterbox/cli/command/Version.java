package dev.letterbox.cli.command;

import picocli.CommandLine.IVersionProvider;

/** The versions of this program, of Java and of Linux. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var descriptor = Version.class.getModule().getDescriptor();
        String version =
                descriptor == null ? "(unpacked)" : descriptor.rawVersion().orElse("(unpacked)");
        return new String[] {
            "letterbox " + version,
            "Java " + Runtime.version() + " on Linux " + System.getProperty("os.version") + ", "
                    + System.getProperty("os.arch")
        };
    }
}
