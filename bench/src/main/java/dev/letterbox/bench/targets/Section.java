package dev.letterbox.bench.targets;

/** One of the tables into which the rows are put. */
enum Section {
    /** Whole programs, from their start to their end, with the options that they have by themselves. */
    USERS("What a user runs"),
    /** Java programs that have run for a while: what the libraries give. */
    WARM("Warm Java programs");

    private final String title;

    Section(String title) {
        this.title = title;
    }

    /** Returns what stands above the table. */
    String title() {
        return title;
    }
}
