package dev.letterbox.sysv;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** Each package of this module has one subject, and the packages form no circle. */
final class RoomsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.letterbox.sysv");

    @Test
    void noTwoPackagesDependOnEachOther() {
        slices().matching("dev.letterbox.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void everyPackageSaysItsSubject() {
        assertThat(CLASSES.stream().map(JavaClass::getPackage).distinct())
                .allSatisfy(each ->
                        assertThat(each.tryGetPackageInfo()).as(each.getName()).isPresent());
    }

    @Test
    void theModuleDependsOnTheJdkAlone() {
        ArchRuleDefinition.classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.letterbox.sysv..", "org.jspecify.annotations..")
                .check(CLASSES);
    }
}
