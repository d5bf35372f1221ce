package dev.letterbox.cli.doctor;

import java.nio.file.Path;
import java.util.List;

/** Checks whether this user's queues survive a logout. */
final class LogoutCheck implements Check {
    /** From here on users are people, who log out. */
    private static final int FIRST_PERSON = 1_000;

    @Override
    public List<Finding> findings(Scene scene) {
        RemoveIpc setting = new RemoveIpc(Path.of("/"));
        String user = scene.user();
        if (!setting.isOn()) {
            return List.of(Finding.fine("logind", "Queues stay when their user logs out."));
        }
        if (Integer.compareUnsigned(scene.self().uid(), FIRST_PERSON) < 0 || setting.lingers(user)) {
            return List.of(Finding.fine(
                    "logind",
                    "systemd removes the queues of users who log out (RemoveIPC=yes), but not those of %s."
                            .formatted(user)));
        }
        return List.of(Finding.warning(
                "logind",
                "systemd removes the queues of %s when the user's last session ends (RemoveIPC=yes), a server's too."
                        .formatted(user),
                "loginctl enable-linger %s; or RemoveIPC=no in /etc/systemd/logind.conf".formatted(user)));
    }
}
