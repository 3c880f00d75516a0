package dev.lorikeet.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The engine's dependency direction: no network, no framework; files below models below mathematics. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lorikeet.engine");

    @Test
    void theEngineKnowsNoNetworkAndNoFramework() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "io.grpc..",
                        "io.minio..",
                        "org.apache.kafka..",
                        "com.google.protobuf..",
                        "java.net.http..",
                        "dev.lorikeet.proto..",
                        "dev.lorikeet.registry..",
                        "dev.lorikeet.tenancy..")
                .check(CLASSES);
    }

    @Test
    void filesAndTextAndDataComeBeforeModelsAndTensors() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.lorikeet.engine.weights..",
                        "dev.lorikeet.engine.text..",
                        "dev.lorikeet.engine.image..",
                        "dev.lorikeet.engine.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "ai.djl.ndarray..",
                        "ai.djl.pytorch..",
                        "dev.lorikeet.engine.script..",
                        "dev.lorikeet.engine.model..",
                        "dev.lorikeet.engine.adapter..",
                        "dev.lorikeet.engine.decode..",
                        "dev.lorikeet.engine.train..")
                .check(CLASSES);
    }

    @Test
    void theWeightsDependOnNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("dev.lorikeet.engine.weights..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.lorikeet.engine.text..", "dev.lorikeet.engine.data..", "ai.djl..")
                .check(CLASSES);
    }

    @Test
    void templatesTouchNothingButTheirArguments() {
        noClasses()
                .that()
                .resideInAPackage("dev.lorikeet.engine.text.jinja..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "java.io..", "java.nio..", "ai.djl..", "com.fasterxml..")
                .check(CLASSES);
    }

    @Test
    void kindsOfAdaptersAreKnownToNobodyBelowThem() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.lorikeet.engine.model..",
                        "dev.lorikeet.engine.adapter..",
                        "dev.lorikeet.engine.decode..",
                        "dev.lorikeet.engine.train..",
                        "dev.lorikeet.engine.conformance..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lorikeet.engine.method..")
                .check(CLASSES);
    }

    @Test
    void decodingAndTrainingDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.lorikeet.engine.decode..", "dev.lorikeet.engine.encode..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lorikeet.engine.train..")
                .check(CLASSES);
    }
}
