package dev.lorikeet.local.process;

import java.lang.reflect.InvocationTargetException;

/**
 * Starts a Quarkus application in this JVM and ends it when the process that started it has ended. Uses nothing but the
 * JDK: this one class is copied beside the application, so that nothing else of ours gets onto its class path.
 */
public final class ServiceMain {
    private static final String APPLICATION = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

    private ServiceMain() {}

    /**
     * Runs the application on the class path.
     *
     * @param arguments the process to watch by its id, or {@code 0} to live on without it
     */
    public static void main(String[] arguments) throws Exception {
        long parent = Long.parseLong(arguments[0]);
        if (parent != 0) {
            Thread.ofPlatform().name("parent-watch").daemon().start(() -> {
                // Exits at once if the parent is gone already.
                ProcessHandle.of(parent).ifPresent(process -> process.onExit().join());
                System.exit(0);
            });
        }
        try {
            Class.forName(APPLICATION).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
