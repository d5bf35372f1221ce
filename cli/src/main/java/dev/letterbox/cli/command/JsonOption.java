package dev.letterbox.cli.command;

import picocli.CommandLine.Option;

/** The option {@code --json}, for commands whose JSON has a schema of the command's name. */
public final class JsonOption {
    @Option(
            names = "--json",
            description = "Write JSON with all details; docs/schemas/${COMMAND-NAME}.schema.json describes it.")
    private boolean given;

    public boolean isGiven() {
        return given;
    }
}
