import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the links in a folder's Markdown pages that lead to no file of that folder, or to no heading of the page that
 * they name: {@code java DeadLinks.java FOLDER}. Prints each, and exits with status 1 if there are any, or no pages.
 */
final class DeadLinks {
    private static final Pattern BLOCK_OF_CODE = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern ADDRESS = Pattern.compile("[a-z]+:.*");

    private final Path folder;
    private final Map<Path, Set<String>> headings = new HashMap<>();

    private DeadLinks(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        DeadLinks search = new DeadLinks(Path.of(arguments[0]).toRealPath());
        List<Path> pages = search.pages();
        List<String> dead = pages.stream().flatMap(search::deadLinks).toList();
        dead.forEach(System.out::println);
        System.out.println(pages.size() + " pages, " + dead.size() + " dead links");
        System.exit(pages.isEmpty() || !dead.isEmpty() ? 1 : 0);
    }

    /** All but those that a build copied, and those in hidden folders. */
    private List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !("/" + folder.relativize(file)).matches(".*/(target|\\..*)/.*"))
                    .sorted()
                    .toList();
        }
    }

    private Stream<String> deadLinks(Path page) {
        return LINK.matcher(text(page))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !ADDRESS.matcher(link).matches() && isDead(page, link))
                .map(link -> folder.relativize(page) + ": " + link);
    }

    private boolean isDead(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return !target.startsWith(folder)
                || !Files.exists(target)
                || parts.length > 1 && !headings(target).contains(parts[1]);
    }

    /** What links call the headings of a page: as GitHub makes these names. */
    private Set<String> headings(Path page) {
        return headings.computeIfAbsent(page, unread -> {
            Set<String> names = new HashSet<>();
            HEADING.matcher(text(unread)).results().forEach(heading -> {
                String name = heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-');
                String unique = name;
                for (int number = 1; !names.add(unique); number++) {
                    unique = name + "-" + number;
                }
            });
            return names;
        });
    }

    private static String text(Path page) {
        try {
            return BLOCK_OF_CODE.matcher(Files.readString(page)).replaceAll("");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
