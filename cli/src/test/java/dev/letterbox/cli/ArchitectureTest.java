package dev.letterbox.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house: who may know whom, and what is done in one place alone. */
final class ArchitectureTest {
    private static final String SYSV = "dev.letterbox.sysv..";
    private static final String NATIVE = "dev.letterbox.sysv.linux..";
    private static final String[] CORE = {
        "dev.letterbox",
        "dev.letterbox.client..",
        "dev.letterbox.dialect..",
        "dev.letterbox.engine..",
        "dev.letterbox.error..",
        "dev.letterbox.process..",
        "dev.letterbox.recording..",
        "dev.letterbox.server..",
        "dev.letterbox.share..",
        "dev.letterbox.wire.."
    };
    private static final String QUEUES = "dev.letterbox.queues..";
    private static final String RABBITMQ = "dev.letterbox.rabbitmq..";
    private static final String FILES = "dev.letterbox.files..";
    private static final String METRICS = "dev.letterbox.metrics..";
    private static final String LAB = "dev.letterbox.lab..";
    private static final String CLI = "dev.letterbox.cli..";
    private static final String TESTKIT = "dev.letterbox.testkit..";

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("testkit") && !location.contains("test-classes"))
                .importPackages("dev.letterbox");
    }

    private static void check(ArchRule rule) {
        rule.check(classes);
    }

    /** A rule about nothing is always kept. */
    @Test
    void everyRoomIsInSight() {
        for (String each : new String[] {SYSV, NATIVE, QUEUES, RABBITMQ, FILES, METRICS, LAB, CLI}) {
            assertThat(classes.that(resideInAPackage(each))).as(each).isNotEmpty();
        }
        for (String each : CORE) {
            assertThat(classes.that(resideInAPackage(each))).as(each).isNotEmpty();
        }
        assertThat(classes.that(resideInAPackage(TESTKIT))).isEmpty();
        assertThat(classes).noneMatch(each -> each.getSimpleName().endsWith("Test"));
    }

    /** Memory as a message buffer, and the values in it, may be known above; how native code is called may not. */
    @Test
    void nativeCodeIsCalledInOnePlace() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(NATIVE)
                .should()
                .dependOnClassesThat(foreignExcept(MemorySegment.class, ValueLayout.class, Arena.class)));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(SYSV)
                .and()
                // It is a message buffer, and makes its memory.
                .doNotHaveFullyQualifiedName("dev.letterbox.engine.Message")
                .and()
                // It compares what the client has step by step, and gives the memory back after each.
                .doNotHaveFullyQualifiedName("dev.letterbox.files.FileContent")
                .should()
                .dependOnClassesThat(foreignExcept(MemorySegment.class, ValueLayout.class)));
    }

    private static DescribedPredicate<JavaClass> foreignExcept(Class<?>... allowed) {
        return resideInAPackage("java.lang.foreign..")
                .and(DescribedPredicate.describe(
                        "are not allowed here",
                        type -> Arrays.stream(allowed)
                                .noneMatch(each -> type.getName().equals(each.getName())
                                        || type.getName().startsWith(each.getName() + "$"))));
    }

    @Test
    void noRoomKnowsTheRoomAboveIt() {
        check(noClasses()
                .that()
                .resideInAPackage(SYSV)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.letterbox..").and(resideOutsideOfPackage(SYSV))));
        check(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SYSV, QUEUES, RABBITMQ, FILES, METRICS, LAB, CLI));
        check(noClasses()
                .that()
                .resideInAPackage(QUEUES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(RABBITMQ, FILES, METRICS, LAB, CLI));
        check(noClasses()
                .that()
                .resideInAPackage(METRICS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SYSV, QUEUES, RABBITMQ, FILES, LAB, CLI));
        check(noClasses()
                .that()
                .resideInAPackage(FILES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(QUEUES, RABBITMQ, METRICS, LAB, CLI));
        check(noClasses()
                .that()
                .resideInAPackage(RABBITMQ)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SYSV, QUEUES, FILES, METRICS, LAB, CLI));
        check(noClasses()
                .that()
                .resideInAPackage(LAB)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(RABBITMQ, METRICS, CLI));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLI));
    }

    @Test
    void nothingShippedKnowsTheTests() {
        check(noClasses().should().dependOnClassesThat().resideInAnyPackage(TESTKIT, "org.junit..", "org.assertj.."));
    }

    @Test
    void noPackagesImportEachOtherInACircle() {
        check(slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles());
    }

    @Test
    void onlyTheProgramItselfExits() {
        // A thread that cannot give a stranger's rights back must not go on.
        check(noClasses()
                .that(DescribedPredicate.not(equivalentTo(Main.class)))
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.sysv.file.CallerRights")
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.files.StopSignals")
                .and()
                // It is the program of a worker process.
                .doNotHaveFullyQualifiedName("dev.letterbox.process.ServiceProcess")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class));
    }

    @Test
    void librariesLogWithoutChoosingALogger() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging.."));
    }

    @Test
    void librariesPrintNothing() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .and()
                // It puts the one in the place of the other, so that nothing is printed between its frames.
                .doNotHaveFullyQualifiedName("dev.letterbox.process.ServiceProcess")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
    }

    /** A pause that somebody asked for, or that grows while a full queue refuses, is none that hopes. */
    @Test
    void nobodySleepsAndHopes() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.top.Top")
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.queues.Peek")
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.queues.Watch")
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.queues.Queues")
                .and()
                // Two looks that are far enough apart.
                .doNotHaveFullyQualifiedName("dev.letterbox.cli.queues.Reap")
                .and()
                .doNotHaveFullyQualifiedName("dev.letterbox.rabbitmq.ClientSender")
                .should()
                .callMethod(TimeUnit.class, "sleep", long.class));
        check(noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .orShould()
                .callMethod(Thread.class, "sleep", Duration.class));
    }
}
