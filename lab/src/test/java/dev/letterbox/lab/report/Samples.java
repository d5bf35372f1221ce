package dev.letterbox.lab.report;

import dev.letterbox.lab.result.CostResult;
import dev.letterbox.lab.result.CrashResult;
import dev.letterbox.lab.result.DeadlockResult;
import dev.letterbox.lab.result.Design;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.FillPoint;
import dev.letterbox.lab.result.LargeResult;
import dev.letterbox.lab.result.LargeResult.Transfer;
import dev.letterbox.lab.result.LargeResult.Waiting;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.result.LimitResult;
import dev.letterbox.lab.result.MaliciousResult;
import dev.letterbox.lab.result.MaliciousResult.Case;
import dev.letterbox.lab.result.MaliciousResult.Misdeed;
import dev.letterbox.lab.result.Result;
import dev.letterbox.lab.result.Sleep;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Results whose figures all differ, so that each number on a page tells where it comes from. */
final class Samples {
    static final DeadlockResult DEADLOCK = deadlock(true);
    static final MaliciousResult MALICIOUS = new MaliciousResult(
            2,
            1_024,
            1.7,
            20_011,
            "0600",
            List.of(
                    beside(Design.SHARED, Misdeed.NEVER_READS, 0, 1),
                    beside(Design.SHARED, Misdeed.FLOODS, 0, 13),
                    beside(Design.SHARED, Misdeed.STEALS, 0, 7),
                    beside(Design.PRIVATE, Misdeed.NEVER_READS, 84_213, 1),
                    beside(Design.PRIVATE, Misdeed.FLOODS, 10_357, 48_611)));
    static final LargeResult LARGE = new LargeResult(
            8_192,
            "Cannot send 8193 bytes: EINVAL",
            16_384,
            8_192,
            2,
            8,
            4,
            33_554_432,
            1_024,
            20_021,
            5,
            List.of(
                    new Transfer(Design.SHARED, 1, 41.3, 812, true),
                    new Transfer(Design.SHARED, 2, 77.9, 861, true),
                    new Transfer(Design.PRIVATE, 1, 43.7, 767, true),
                    new Transfer(Design.PRIVATE, 2, 84.1, 798, true),
                    new Transfer(Design.PRIVATE, 4, 163.3, 822, true)),
            List.of(
                    new Waiting(
                            Design.SHARED,
                            new Latencies(5_003, 17, 19, 89, 1_411),
                            new Latencies(47, 131, 26_003, 75_307, 75_311),
                            8,
                            37.3),
                    new Waiting(
                            Design.PRIVATE,
                            new Latencies(5_009, 18, 21, 97, 2_777),
                            new Latencies(7_963, 24, 31, 1_681, 4_127),
                            8,
                            119.9)));
    static final CrashResult CRASH = new CrashResult(
            1_024,
            1.5,
            20_023,
            new CrashResult.Shared(
                    2,
                    16_384,
                    16_384,
                    new Latencies(41_231, 16, 18, 43, 3_001),
                    new Latencies(0, 0, 0, 0, 0),
                    true,
                    List.of(sending("server", 881, 8_192), sending("other client", 882, 4_100))),
            new CrashResult.PerClient(
                    2,
                    16_384,
                    new Latencies(43_237, 17, 19, 51, 3_011),
                    new Latencies(43_777, 20, 22, 61, 3_019),
                    1.1,
                    true,
                    Optional.of(5.3)));
    static final LimitResult LIMIT = new LimitResult(
            16,
            32_000,
            new LimitResult.Shared(32, 32, 1),
            new LimitResult.PerClient(15, "ENOSPC", "the table of queues is full, 16 of 16", 15, 200, 200));
    static final CostResult COST = new CostResult(
            2,
            20_029,
            1_024,
            20_039,
            503,
            List.of(
                    new CostResult.Cost(
                            Design.SHARED,
                            1,
                            16_384,
                            63_211,
                            31.7,
                            0.13,
                            Optional.of(new TreeMap<>(Map.of("msgrcv", 5.4, "msgsnd", 3.1)))),
                    new CostResult.Cost(
                            Design.PRIVATE,
                            3,
                            49_152,
                            61_417,
                            33.9,
                            0.17,
                            Optional.of(new TreeMap<>(Map.of("msgctl", 1.3, "msgrcv", 5.6, "msgsnd", 3.2))))));

    private Samples() {}

    static Map<Experiment, Result> all() {
        return new TreeMap<>(Map.of(
                Experiment.DEADLOCK, DEADLOCK,
                Experiment.MALICIOUS, MALICIOUS,
                Experiment.LARGE, LARGE,
                Experiment.CRASH, CRASH,
                Experiment.LIMIT, LIMIT,
                Experiment.COST, COST));
    }

    static DeadlockResult deadlock(boolean stuck) {
        return new DeadlockResult(
                16_384,
                4_100,
                8_192,
                16_399,
                151,
                2_265,
                5,
                2,
                20_051,
                new DeadlockResult.Shared(
                        stuck,
                        stuck ? 3 : 5,
                        306.7,
                        8_200,
                        2,
                        461,
                        2.3,
                        stuck
                                ? List.of(
                                        sending("server", 871, 8_192),
                                        receiving("client 1", 872),
                                        receiving("client 2", 873),
                                        receiving("client 3", 874),
                                        sending("client 4", 875, 4_100),
                                        receiving("client 5", 876))
                                : List.of(),
                        12_300,
                        List.of(1.1, 143.2, 278.9, 1_362.3, 1_362.7),
                        List.of(new FillPoint(0, 0), new FillPoint(300, 4_100), new FillPoint(552.1, 8_200))),
                new DeadlockResult.PerClient(
                        true,
                        2_265,
                        0.87,
                        12_299,
                        List.of(0.1, 17.2, 41.3, 73.1, 92.9),
                        List.of(new FillPoint(0, 0), new FillPoint(871, 0))));
    }

    private static Case beside(Design design, Misdeed misdeed, int count, long done) {
        int some = 61_001 + 10 * (int) done % 1_000;
        return new Case(
                design,
                misdeed,
                List.of(new Latencies(some, 27, 29, 83, 4_001), new Latencies(some + 7, 28, 30, 86, 4_003)),
                count == 0 ? new Latencies(0, 0, 0, 0, 0) : new Latencies(count, 26, 33, 91, 4_007),
                count == 0,
                done);
    }

    private static Sleep sending(String process, long pid, long bytes) {
        return new Sleep(process, pid, Sleep.SENDING, OptionalLong.of(0), OptionalLong.of(bytes), OptionalLong.empty());
    }

    private static Sleep receiving(String process, long pid) {
        return new Sleep(process, pid, Sleep.RECEIVING, OptionalLong.of(0), OptionalLong.empty(), OptionalLong.of(pid));
    }
}
