package dev.letterbox.lab;

import dev.letterbox.lab.experiment.CostExperiment;
import dev.letterbox.lab.experiment.CrashExperiment;
import dev.letterbox.lab.experiment.DeadlockExperiment;
import dev.letterbox.lab.experiment.LargeExperiment;
import dev.letterbox.lab.experiment.LimitExperiment;
import dev.letterbox.lab.experiment.MaliciousExperiment;
import dev.letterbox.lab.result.Experiment;
import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Result;
import dev.letterbox.lab.scene.Stage;
import java.io.IOException;

/**
 * Runs experiments. Closing a laboratory ends the processes that it started, removes their queues and deletes its files;
 * so does the end of this program.
 */
public final class Laboratory implements AutoCloseable {
    private final Stage stage;

    private Laboratory(Stage stage) {
        this.stage = stage;
    }

    /**
     * Opens a laboratory.
     *
     * @param privateNamespace whether this process has an IPC namespace of its own
     * @return the laboratory
     * @throws IOException if the files to be served cannot be created
     */
    public static Laboratory open(boolean privateNamespace) throws IOException {
        return new Laboratory(Stage.open(privateNamespace));
    }

    /**
     * Interrupts the calling thread when standard input ends. For a process whose parent starts it with a pipe, and may
     * be killed.
     */
    public void endWithStandardInput() {
        stage.endWithStandardInput();
    }

    /**
     * Runs an experiment, which takes some seconds.
     *
     * @param experiment the experiment
     * @return what was measured
     * @throws LabFailure if the experiment cannot be run here
     * @throws IOException if a process cannot be started
     * @throws InterruptedException if the thread is interrupted
     */
    public Result run(Experiment experiment) throws LabFailure, IOException, InterruptedException {
        return switch (experiment) {
            case DEADLOCK -> new DeadlockExperiment(stage).run();
            case MALICIOUS -> new MaliciousExperiment(stage).run();
            case LARGE -> new LargeExperiment(stage).run();
            case CRASH -> new CrashExperiment(stage).run();
            case LIMIT -> new LimitExperiment(stage).run();
            case COST -> new CostExperiment(stage).run();
        };
    }

    @Override
    public void close() {
        stage.close();
    }
}
