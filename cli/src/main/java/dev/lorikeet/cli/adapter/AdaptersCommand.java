package dev.lorikeet.cli.adapter;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.PlatformOptions;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.cli.terminal.JsonOutput;
import dev.lorikeet.cli.terminal.Table;
import dev.lorikeet.cli.terminal.Terminal;
import dev.lorikeet.proto.adapter.v1.Adapter;
import dev.lorikeet.proto.adapter.v1.Alias;
import dev.lorikeet.proto.adapter.v1.AliasTarget;
import dev.lorikeet.proto.adapter.v1.DeleteAdapterRequest;
import dev.lorikeet.proto.adapter.v1.DeleteAliasRequest;
import dev.lorikeet.proto.adapter.v1.DeleteVersionRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersRequest;
import dev.lorikeet.proto.adapter.v1.ListAdaptersResponse;
import dev.lorikeet.proto.adapter.v1.ListVersionsRequest;
import dev.lorikeet.proto.adapter.v1.ListVersionsResponse;
import dev.lorikeet.proto.adapter.v1.SetAliasRequest;
import dev.lorikeet.proto.adapter.v1.Version;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lorikeet adapters}: what a tenant has trained, and which version answers. */
@Command(
        name = "adapters",
        description = "Lists and manages your adapters, their versions and aliases.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class AdaptersCommand implements Runnable {

    @Mixin
    private PlatformOptions options;

    @Spec
    private CommandSpec spec;

    /** Without a subcommand it lists. */
    @Override
    public void run() {
        list(false);
    }

    @Command(name = "list", description = "Your adapters.", mixinStandardHelpOptions = true)
    void list(@Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        try (Services services = new Services(options.find())) {
            ListAdaptersResponse.Builder all = ListAdaptersResponse.newBuilder();
            String token = "";
            do {
                ListAdaptersResponse page = services.adapters()
                        .listAdapters(ListAdaptersRequest.newBuilder()
                                .setPageToken(token)
                                .build());
                all.addAllAdapters(page.getAdaptersList());
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            Terminal terminal = Terminal.of(spec);
            if (json) {
                terminal.line(JsonOutput.of(all.build()));
                return;
            }
            if (all.getAdaptersCount() == 0) {
                terminal.line("No adapters yet: `./lorikeet train` makes one.");
                return;
            }
            Table table = new Table("ADAPTER", "NEWEST", "METHOD", "LOSS", "CREATED", "ALIASES");
            for (Adapter adapter : all.getAdaptersList()) {
                Version newest = adapter.getNewest();
                table.row(
                        adapter.getName(),
                        adapter.hasNewest() ? Long.toString(newest.getNumber()) : "-",
                        VersionText.method(newest),
                        VersionText.loss(newest),
                        adapter.hasNewest() ? VersionText.created(newest) : "-",
                        adapter.getAliasesList().stream()
                                .map(AdaptersCommand::describe)
                                .collect(Collectors.joining(", ")));
            }
            table.print(terminal);
        }
    }

    @Command(name = "versions", description = "An adapter's versions, newest first.", mixinStandardHelpOptions = true)
    void versions(
            @Parameters(paramLabel = "ADAPTER", description = "The adapter's name.") String adapter,
            @Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        try (Services services = new Services(options.find())) {
            ListVersionsResponse response = services.adapters()
                    .listVersions(
                            ListVersionsRequest.newBuilder().setAdapter(adapter).build());
            Terminal terminal = Terminal.of(spec);
            if (json) {
                terminal.line(JsonOutput.of(response));
                return;
            }
            Table table = new Table("VERSION", "REVISION", "METHOD", "LOSS", "PARAMETERS", "BYTES", "CREATED", "JOB");
            for (Version version : response.getVersionsList()) {
                table.row(
                        Long.toString(version.getNumber()),
                        version.getRevision()
                                .substring(0, Math.min(12, version.getRevision().length())),
                        VersionText.method(version),
                        VersionText.loss(version),
                        Long.toString(version.getParameters()),
                        Long.toString(version.getSizeBytes()),
                        VersionText.created(version),
                        version.getJob());
            }
            table.print(terminal);
        }
    }

    @Command(
            name = "show",
            description = "One version in full: method, size, figures of its training. The newest unless one is named.",
            mixinStandardHelpOptions = true)
    void show(
            @Parameters(paramLabel = "ADAPTER[@VERSION]", description = "Which one.") String what,
            @Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        int at = what.indexOf('@');
        String adapter = at < 0 ? what : what.substring(0, at);
        long wanted = at < 0 ? 0 : number(what.substring(at + 1));
        try (Services services = new Services(options.find())) {
            Version version = services
                    .adapters()
                    .listVersions(
                            ListVersionsRequest.newBuilder().setAdapter(adapter).build())
                    .getVersionsList()
                    .stream()
                    .filter(each -> wanted == 0 || each.getNumber() == wanted)
                    .findFirst()
                    .orElseThrow(
                            () -> new CommandFailure(adapter + " has no version" + (wanted == 0 ? "" : " " + wanted)
                                    + ": `./lorikeet adapters versions " + adapter + "` lists them."));
            Terminal terminal = Terminal.of(spec);
            if (json) {
                terminal.line(JsonOutput.of(version));
            } else {
                VersionText.lines(adapter, version).forEach(terminal::line);
            }
        }
    }

    @Command(
            name = "alias",
            description = {
                "Points an alias at a version, or at several by weight (a canary).",
                "Example: lorikeet adapters alias house-style production 3",
                "Example: lorikeet adapters alias house-style production 3=90 4=10"
            },
            mixinStandardHelpOptions = true)
    void alias(
            @Parameters(paramLabel = "ADAPTER", description = "The adapter's name.") String adapter,
            @Parameters(paramLabel = "ALIAS", description = "Such as production.") String alias,
            @Parameters(arity = "1..*", paramLabel = "VERSION[=WEIGHT]", description = "What it stands for.")
                    List<String> targets,
            @Option(
                            names = "--expect-generation",
                            paramLabel = "N",
                            description = "Fail unless the alias is still at this generation.")
                    long expectedGeneration,
            @Option(names = "--json", description = "Print the service's answer as JSON.") boolean json) {
        SetAliasRequest.Builder request = SetAliasRequest.newBuilder()
                .setAdapter(adapter)
                .setAlias(alias)
                .setExpectedGeneration(expectedGeneration);
        targets.forEach(target -> request.addTargets(target(target)));
        try (Services services = new Services(options.find())) {
            Alias set = services.adapters().setAlias(request.build()).getAlias();
            Terminal terminal = Terminal.of(spec);
            terminal.line(
                    json
                            ? JsonOutput.of(set)
                            : adapter + ":" + describe(set) + " (generation " + set.getGeneration() + ")");
        }
    }

    @Command(name = "unalias", description = "Takes an alias away.", mixinStandardHelpOptions = true)
    void unalias(
            @Parameters(paramLabel = "ADAPTER", description = "The adapter's name.") String adapter,
            @Parameters(paramLabel = "ALIAS", description = "Such as production.") String alias) {
        try (Services services = new Services(options.find())) {
            services.adapters()
                    .deleteAlias(DeleteAliasRequest.newBuilder()
                            .setAdapter(adapter)
                            .setAlias(alias)
                            .build());
            Terminal.of(spec).line(adapter + ":" + alias + " is gone");
        }
    }

    @Command(
            name = "delete",
            description = "Deletes an adapter with all its versions and aliases, or one version of it.",
            mixinStandardHelpOptions = true)
    void delete(@Parameters(paramLabel = "ADAPTER[@VERSION]", description = "What to delete.") String what) {
        int at = what.indexOf('@');
        try (Services services = new Services(options.find())) {
            if (at < 0) {
                services.adapters()
                        .deleteAdapter(DeleteAdapterRequest.newBuilder()
                                .setAdapter(what)
                                .build());
            } else {
                services.adapters()
                        .deleteVersion(DeleteVersionRequest.newBuilder()
                                .setAdapter(what.substring(0, at))
                                .setVersion(number(what.substring(at + 1)))
                                .build());
            }
            Terminal.of(spec).line(what + " is gone");
        }
    }

    private AliasTarget target(String text) {
        int equals = text.indexOf('=');
        AliasTarget.Builder target = AliasTarget.newBuilder();
        return equals < 0
                ? target.setVersion(number(text)).setWeight(1).build()
                : target.setVersion(number(text.substring(0, equals)))
                        .setWeight((int) number(text.substring(equals + 1)))
                        .build();
    }

    private long number(String text) {
        try {
            long value = Integer.parseInt(text);
            if (value >= 1) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new ParameterException(
                spec.commandLine(), "`" + text + "` is no version or weight: they are whole numbers from 1.");
    }

    private static String describe(Alias alias) {
        return alias.getName() + " -> "
                + alias.getTargetsList().stream()
                        .map(target -> alias.getTargetsCount() == 1
                                ? Long.toString(target.getVersion())
                                : target.getVersion() + "=" + target.getWeight())
                        .collect(Collectors.joining(" "));
    }
}
