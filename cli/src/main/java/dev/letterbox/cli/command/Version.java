package dev.letterbox.cli.command;

import picocli.CommandLine.IVersionProvider;

/** Tells the program's version, and what it runs on. */
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
