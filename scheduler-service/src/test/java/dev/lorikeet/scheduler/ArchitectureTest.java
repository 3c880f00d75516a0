package dev.lorikeet.scheduler;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Edges know the loop, the loop knows the core, and never the other way round. */
class ArchitectureTest {
    private static final String ROOT = "dev.lorikeet.scheduler.";
    private static final String[] CORE = {ROOT + "request", ROOT + "job", ROOT + "placement", ROOT + "decision"};
    private static final String[] EDGES = {
        ROOT + "protobuf", ROOT + "kafka", ROOT + "s3", ROOT + "grpc", ROOT + "quarkus"
    };

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lorikeet.scheduler");

    @Test
    void coreIsPlainJava() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..",
                        "io.grpc..",
                        "io.smallrye..",
                        "jakarta..",
                        "org.jboss..",
                        "org.apache.kafka..",
                        "com.google..",
                        "dev.lorikeet.proto..",
                        "dev.lorikeet.registry..",
                        "java.util.concurrent..",
                        "java.util.logging..")
                .check(classes);
    }

    @Test
    void coreReadsNoClockAndNoRandomness() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.util.Random.class)
                .check(classes);
    }

    @Test
    void coreKnowsNeitherLoopNorEdges() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + "loop")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES)
                .check(classes);
    }

    @Test
    void loopKnowsNoEdge() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "loop")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "io.grpc..", "org.apache.kafka..", "com.google..")
                .check(classes);
    }

    @Test
    void jobRulesKnowNeitherPlacementNorDecisions() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "request", ROOT + "job")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + "placement", ROOT + "decision")
                .check(classes);
    }
}
