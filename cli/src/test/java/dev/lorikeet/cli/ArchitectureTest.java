package dev.lorikeet.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The command line's dependency direction. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lorikeet.cli");

    @Test
    void noServiceAndNoQuarkusIsLinkedIn() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..", "dev.lorikeet.scheduler..", "dev.lorikeet.trainer..", "dev.lorikeet.serving..")
                .check(CLASSES);
    }

    @Test
    void demoDataAndItsScoresArePlainJava() {
        noClasses()
                .that()
                .resideInAPackage("dev.lorikeet.cli.demo.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "org.apache.kafka..", "com.google.protobuf..", "ai.djl..", "picocli..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
