package dev.lorikeet.cli.doctor;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a machine's figures mean for Lorikeet. Nothing here looks at the machine. */
final class MachineChecks {

    private static final long GIB = 1L << 30;

    private MachineChecks() {}

    static Check jdk(int feature, String full) {
        return feature >= 25
                ? Check.ok("JDK", full)
                : Check.fail("JDK", full, "Install a JDK 25 or newer; LORIKEET_JAVA points the launcher at it.");
    }

    static Check cores(int cores) {
        return cores >= 2
                ? Check.ok("cores", cores + " cores")
                : Check.warn("cores", cores + " core", "The demo is made for two cores: expect it to take longer.");
    }

    static Check memory(long bytes) {
        String size = gib(bytes);
        if (bytes < 3 * GIB) {
            return Check.fail("memory", size, "The platform with its smallest model needs 3 GiB.");
        }
        return bytes < 6 * GIB
                ? Check.warn("memory", size, "Enough for the demo; close other programs.")
                : Check.ok("memory", size);
    }

    static Check disk(long free, String folder) {
        String size = gib(free) + " free at " + folder;
        return free < 3 * GIB
                ? Check.warn("disk", size, "Natives, model and data take about 2 GiB: make room.")
                : Check.ok("disk", size);
    }

    /**
     * bfloat16 in hardware.
     *
     * @param flags of the processor as Linux names them; empty if they are unknown
     */
    static Check bfloat16(Set<String> flags) {
        boolean amx = flags.contains("amx_bf16");
        boolean avx = flags.contains("avx512_bf16") || flags.contains("avx_ne_convert");
        boolean arm = flags.contains("bf16");
        if (amx || avx || arm) {
            return Check.ok("bfloat16", amx ? "AMX" : avx ? "AVX-512" : "ARM");
        }
        return Check.warn(
                "bfloat16",
                flags.isEmpty() ? "unknown" : "not in this processor",
                "The base model is held in float32: twice the memory, the same results.");
    }

    /**
     * GPUs.
     *
     * @param listing name and memory, a line each; empty if there are none
     */
    static Check gpu(Optional<String> listing) {
        return listing.filter(text -> !text.isBlank())
                .map(text ->
                        Check.ok("GPU", String.join("; ", text.strip().lines().toList())))
                .orElseGet(() -> Check.warn("GPU", "none found", "Training and serving run on the CPU."));
    }

    static Check docker(Optional<String> version) {
        return version.filter(text -> !text.isBlank())
                .map(text -> Check.ok("docker", "engine " + text.strip()))
                .orElseGet(() -> Check.warn(
                        "docker",
                        "no engine answers",
                        "Needed only by the Testcontainers tests (skipped without it) and by deploy/compose.yaml."));
    }

    static Check pip(Optional<String> version) {
        return version.filter(text -> !text.isBlank())
                .map(text -> Check.ok("pip", text.strip().replaceFirst(" from .* \\(", " (")))
                .orElseGet(() -> Check.warn(
                        "pip",
                        "no python3 with pip",
                        "Needed only where the model hub is not reached: the model then comes from the package"
                                + " registry. `./lorikeet model pull` takes a local path too."));
    }

    /**
     * The demo's base model.
     *
     * @param path where it is, if it is here
     */
    static Check model(Optional<String> path) {
        return path.map(place -> Check.ok("base model", place))
                .orElseGet(() -> Check.warn(
                        "base model",
                        "smollm2-135m-instruct is not here yet",
                        "`up` and `demo` pull it when they start; ./lorikeet model pull does it now."));
    }

    static Check port(int port, String use, boolean free, boolean ours) {
        String name = "port " + port;
        if (ours) {
            return Check.ok(name, use + " of the running platform");
        }
        return free
                ? Check.ok(name, "free, for " + use)
                : Check.warn(name, "taken by another program", "`up` and `demo` choose another port for " + use + ".");
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
    }
}
