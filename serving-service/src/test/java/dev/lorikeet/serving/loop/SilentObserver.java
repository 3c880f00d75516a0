package dev.lorikeet.serving.loop;

import java.time.Duration;

/** An observer for tests that look elsewhere. */
final class SilentObserver implements LoopObserver, AdapterPool.Observer {
    @Override
    public void stepped(int rows, int fedTokens, int newTokens, Duration took) {
        // Not looked at.
    }

    @Override
    public void firstToken(Duration since) {
        // Not looked at.
    }

    @Override
    public void stepFailed() {
        // Not looked at.
    }

    @Override
    public void loaded(Duration took) {
        // Not looked at.
    }

    @Override
    public void loadFailed() {
        // Not looked at.
    }

    @Override
    public void evicted() {
        // Not looked at.
    }
}
