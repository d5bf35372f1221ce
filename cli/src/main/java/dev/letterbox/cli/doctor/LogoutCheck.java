package dev.letterbox.cli.doctor;

import dev.letterbox.cli.host.ListedQueue;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks whether the queues of this user, and of each server in sight, survive a logout. */
final class LogoutCheck implements Check {
    /** From here on users are people, who log out. */
    private static final int FIRST_PERSON = 1_000;

    @Override
    public List<Finding> findings(Scene scene) {
        Map<Integer, String> users = new LinkedHashMap<>();
        users.put(scene.self().uid(), scene.user());
        scene.queues().stream()
                .filter(queue -> queue.server().isPresent())
                .map(ListedQueue::owner)
                .forEach(owner -> users.putIfAbsent(owner.uid(), owner.user()));
        return findings(new RemoveIpc(Path.of("/")), users);
    }

    /** Returns what the setting means for these users, whose names are known by their ids. */
    static List<Finding> findings(RemoveIpc setting, Map<Integer, String> users) {
        if (!setting.isOn()) {
            return List.of(Finding.fine("logind", "Queues stay when their user logs out."));
        }
        List<String> endangered = users.entrySet().stream()
                .filter(user -> Integer.compareUnsigned(user.getKey(), FIRST_PERSON) >= 0)
                .map(Map.Entry::getValue)
                .filter(name -> !setting.lingers(name))
                .toList();
        if (endangered.isEmpty()) {
            return List.of(Finding.fine(
                    "logind",
                    "systemd removes the queues of users who log out (RemoveIPC=yes), but not those of %s."
                            .formatted(String.join(", ", users.values()))));
        }
        return endangered.stream().map(LogoutCheck::of).toList();
    }

    private static Finding of(String user) {
        return Finding.warning(
                "logind",
                "systemd removes the queues of %s when the user's last session ends (RemoveIPC=yes), including a server's."
                        .formatted(user),
                "loginctl enable-linger %s; or RemoveIPC=no in /etc/systemd/logind.conf, which takes effect after: systemctl restart systemd-logind"
                        .formatted(user));
    }
}
