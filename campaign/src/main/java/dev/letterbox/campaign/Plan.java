package dev.letterbox.campaign;

import java.time.Duration;
import java.util.List;

/**
 * Says how a scenario is run.
 *
 * @param name what it is called on the command line
 * @param what what it does, for people
 * @param rounds how many rounds make a campaign
 * @param patience how long one round may take before it counts as hung
 * @param scenario makes it
 */
record Plan(String name, String what, int rounds, Duration patience, Maker scenario) {
    /** Makes a scenario, ready for its first round. */
    @FunctionalInterface
    interface Maker {
        Scenario make() throws Exception;
    }

    /** All there are, in the order in which they are run. */
    static List<Plan> all() {
        return List.of(
                new Plan(
                        "client-kill",
                        "clients are killed in each phase of a request",
                        50,
                        Duration.ofMinutes(10),
                        ClientKill::new),
                new Plan(
                        "early-kill",
                        "20 clients of the server's user are killed while they make their queue and greet",
                        500,
                        Duration.ofMinutes(10),
                        EarlyKill::new),
                new Plan(
                        "server-kill",
                        "the server is killed while it starts, is idle, is at work, stops",
                        50,
                        Duration.ofMinutes(10),
                        ServerKill::new),
                new Plan(
                        "worker-kill",
                        "worker processes are killed when idle and at work, and their server with them",
                        50,
                        Duration.ofMinutes(10),
                        WorkerKill::new),
                new Plan(
                        "random-kill",
                        "server or client is killed at any moment, under load",
                        200,
                        Duration.ofMinutes(5),
                        RandomKill::new),
                new Plan(
                        "restarts",
                        "the server is restarted again and again beside 8 processes of get --retry 100",
                        100,
                        Duration.ofMinutes(10),
                        Restarts::new),
                new Plan(
                        "slow-readers",
                        "clients pause in the middle of answers, for longer than the server waits for them",
                        50,
                        Duration.ofMinutes(5),
                        SlowReaders::new),
                new Plan(
                        "queue-removed",
                        "queues are removed under those who sleep on them",
                        20,
                        Duration.ofMinutes(5),
                        QueueRemoved::new),
                new Plan(
                        "remove-ipc",
                        "queue, lock and bell are removed under the server, also where the tables are full then",
                        40,
                        Duration.ofMinutes(5),
                        RemoveIpc::new),
                new Plan(
                        "squatted-key",
                        "somebody makes a queue under the server's key before the server starts",
                        10,
                        Duration.ofMinutes(5),
                        SquattedKey::new),
                new Plan(
                        "table-full",
                        "all 16 queues of a namespace are taken, some by the dead",
                        10,
                        Duration.ofMinutes(10),
                        TableFull::new),
                new Plan(
                        "limits-lowered",
                        "msgmax, msgmnb and msgmni fall while the server runs",
                        14,
                        Duration.ofMinutes(5),
                        LimitsLowered::new),
                new Plan(
                        "hostile",
                        "5,000 messages, nearly right or not at all, to a server that serves others",
                        40,
                        Duration.ofMinutes(10),
                        HostileMessages::new),
                new Plan(
                        "attacks",
                        "another user tries to keep the server from serving, at this machine's limits and with 1,024 files",
                        28,
                        Duration.ofMinutes(10),
                        () -> new Attacks(Attacks.Times.CAMPAIGN)),
                new Plan(
                        "rename-race",
                        "20,000 opens while directories are moved out of what is served",
                        20,
                        Duration.ofMinutes(10),
                        RenameRace::new),
                new Plan(
                        "soak",
                        "50,000 requests to one server, again and again",
                        20,
                        Duration.ofMinutes(20),
                        Soak::new),
                new Plan(
                        "lane-kill",
                        "clients are killed in each phase of an answer by shared memory, and the server under them",
                        200,
                        Duration.ofMinutes(10),
                        LaneKill::new),
                new Plan(
                        "lane-hostile",
                        "a lane is punched, overwritten, allowed too much, another user's, or has too little memory",
                        200,
                        Duration.ofMinutes(10),
                        LaneHostile::new),
                new Plan(
                        "lane-full",
                        "the system has one segment of shared memory, or none",
                        10,
                        Duration.ofMinutes(5),
                        LaneTableFull::new),
                new Plan(
                        "lane-soak",
                        "2,000 answers, half of them by shared memory, to 50 clients that come and go, again and again",
                        100,
                        Duration.ofMinutes(20),
                        LaneSoak::new));
    }
}
