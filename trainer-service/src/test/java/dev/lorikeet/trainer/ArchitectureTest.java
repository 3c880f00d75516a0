package dev.lorikeet.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lorikeet.trainer");

    @Test
    void coreIsPlainJava() {
        classes()
                .that()
                .resideInAPackage("..trainer.attempt..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.util",
                        "java.util.function..",
                        "java.util.stream..",
                        "java.time..",
                        "org.jspecify..",
                        "dev.lorikeet.tenancy",
                        "dev.lorikeet.trainer.attempt..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..trainer.attempt..")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .check(CLASSES);
    }

    @Test
    void edgesUseTheLoopAndTheLoopUsesTheCore() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy("..trainer.attempt..")
                .layer("loop")
                .definedBy("..trainer.loop..")
                .layer("training")
                .definedBy("..trainer.training..")
                .layer("method")
                .definedBy("..trainer.method..")
                .layer("kafka")
                .definedBy("..trainer.kafka..")
                .layer("service")
                .definedBy("..trainer.service..")
                .whereLayer("loop")
                .mayOnlyBeAccessedByLayers("training", "kafka", "service")
                .whereLayer("training")
                .mayOnlyBeAccessedByLayers("kafka", "service")
                .whereLayer("method")
                .mayOnlyBeAccessedByLayers("training", "kafka", "service")
                .whereLayer("kafka")
                .mayOnlyBeAccessedByLayers("service")
                .whereLayer("service")
                .mayNotBeAccessedByAnyLayer()
                .check(CLASSES);
    }

    @Test
    void wireAndTensorsStayAtTheirEdges() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..trainer.kafka..", "..trainer.method..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.lorikeet.proto..", "com.google.protobuf..", "org.apache.kafka..", "io.grpc..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("..trainer.attempt..", "..trainer.loop..", "..trainer.kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "dev.lorikeet.engine..", "io.quarkus..")
                .check(CLASSES);
    }
}
