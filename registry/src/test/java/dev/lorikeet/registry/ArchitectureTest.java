package dev.lorikeet.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lorikeet.registry");

    @Test
    void theCoreKnowsNoProtocolAndNoFramework() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..registry.store..", "..registry.adapter..", "..registry.dataset..", "..registry.checkpoint..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.minio..",
                        "okhttp3..",
                        "com.google.protobuf..",
                        "dev.lorikeet.proto..",
                        "io.smallrye..",
                        "org.eclipse.microprofile..",
                        "dev.lorikeet.registry.config..",
                        "dev.lorikeet.registry.s3..",
                        "dev.lorikeet.registry.proto..",
                        "dev.lorikeet.registry.memory..")
                .check(CLASSES);
    }

    @Test
    void onlyTheConfigurationKnowsItsLibraryAndNobodyKnowsTheConfiguration() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.lorikeet.registry.config..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.smallrye..", "org.eclipse.microprofile..", "dev.lorikeet.registry.config..")
                .check(CLASSES);
    }

    @Test
    void nothingHereKnowsKafkaOrQuarkus() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "io.quarkus..", "dev.lorikeet.local..")
                .check(CLASSES);
    }
}
