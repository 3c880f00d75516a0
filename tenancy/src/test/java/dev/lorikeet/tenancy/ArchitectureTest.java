package dev.lorikeet.tenancy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lorikeet.tenancy");

    @Test
    void namesNeedNothingButTheJdk() {
        noClasses()
                .that()
                .resideInAPackage("dev.lorikeet.tenancy")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "org.jspecify..", "dev.lorikeet.tenancy")
                .check(CLASSES);
    }

    @Test
    void credentialsKnowNoTransport() {
        noClasses()
                .that()
                .resideInAPackage("..tenancy.credential..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.quarkus..", "dev.lorikeet.tenancy.grpc..")
                .check(CLASSES);
    }
}
