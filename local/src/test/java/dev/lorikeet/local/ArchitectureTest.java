package dev.lorikeet.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lorikeet.local");

    @Test
    void childProcessesNeedNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage("..local.process..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.lorikeet.local.process..")
                .check(CLASSES);
    }

    @Test
    void brokerAndStoreStandAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("..local.kafka..", "..local.s3..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..local.infrastructure..", "..local.platform..", "..local.process..", "dev.lorikeet.tenancy..")
                .check(CLASSES);
    }

    @Test
    void infrastructureKnowsNoPlatform() {
        noClasses()
                .that()
                .resideInAPackage("..local.infrastructure..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..local.platform..")
                .check(CLASSES);
    }
}
