package dev.lorikeet.serving;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Edges know the loop, the loop knows the core, never back; the core is plain Java. */
class ArchitectureTest {
    private static final String ROOT = "dev.lorikeet.serving.";
    private static final String[] CORE = {
        ROOT + "batching..",
        ROOT + "residency..",
        ROOT + "generation..",
        ROOT + "encoding..",
        ROOT + "route..",
        ROOT + "rejection.."
    };
    private static final String[] EDGES = {ROOT + "grpc..", ROOT + "kafka..", ROOT + "service..", ROOT + "config.."};

    private final JavaClasses all = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lorikeet.serving");

    @Test
    void coreIsPlainJava() {
        classes()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "dev.lorikeet.tenancy",
                        "dev.lorikeet.registry.adapter..",
                        ROOT + "batching..",
                        ROOT + "residency..",
                        ROOT + "generation..",
                        ROOT + "encoding..",
                        ROOT + "route..",
                        ROOT + "rejection..")
                .check(all);
    }

    @Test
    void coreHasNoClockRandomOrThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(Thread.class.getName())
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent..")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName(Random.class.getName())
                .check(all);
    }

    @Test
    void loopKnowsNoEdge() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "loop..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(EDGES)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "io.grpc..", "org.apache.kafka..", "com.google.protobuf..")
                .check(all);
    }

    @Test
    void onlyTheKafkaEdgeKnowsKafkaAndOnlyTheGrpcEdgeKnowsGrpc() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(all);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "grpc..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc..")
                .check(all);
    }
}
