package dev.lorikeet.cli.model;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A stream whose reads fail when nothing comes for a while, rather than wait for ever. For one thread. */
final class StallGuard extends InputStream {
    private final InputStream source;
    private final Duration longest;
    private final ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor();

    StallGuard(InputStream source, Duration longest) {
        this.source = source;
        this.longest = longest;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var pending = reader.submit(() -> source.read(buffer, offset, length));
        try {
            return pending.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            source.close();
            throw new IOException("nothing arrived for " + longest.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw new IOException("the transfer broke", e);
        } catch (InterruptedException e) {
            source.close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
        reader.shutdownNow();
    }
}
