using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>
/// Imports the packages of a folder at start: stores their files, registers what is new, and gives a model without a live
/// version its newest. A broken package is skipped with its reason; while StorageService or the database is away it
/// waits. Any number of replicas may do this together.
/// </summary>
internal sealed partial class RegistryImport(
    IServiceScopeFactory scopes,
    DatabaseMigrator migrator,
    ServiceIdentity identity,
    IOptions<RegistryOptions> options,
    TimeProvider time,
    ILogger<RegistryImport> logger) : BackgroundService
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(10);
    private volatile bool finished;

    /// <summary>The registry says what should serve, the folder's models included.</summary>
    public bool Finished => finished;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        await ImportAsync(stoppingToken);
        finished = true;
    }

    private async Task ImportAsync(CancellationToken stopping)
    {
        if (options.Value.ImportPath is not { } path)
            return;
        if (!Directory.Exists(path))
        {
            LogNoFolder(logger, path);
            return;
        }
        foreach (var model in Folders(new DirectoryInfo(path)))
        {
            try
            {
                await ImportModelAsync(model, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogSkippedUnforeseen(logger, e, model.FullName);
            }
        }
    }

    private async Task ImportModelAsync(DirectoryInfo model, CancellationToken stopping)
    {
        foreach (var version in Folders(model))
            await PatientlyAsync(() => ImportPackageAsync(version, stopping), stopping);
        await PatientlyAsync(() => PromoteNewestAsync(model.Name, stopping), stopping);
    }

    /// <summary>Repeats a step while a neighbour is away; every step may be repeated.</summary>
    private async Task PatientlyAsync(Func<Task> step, CancellationToken stopping)
    {
        for (var delay = TimeSpan.FromMilliseconds(250); ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception e) when (MayPass(e) && !stopping.IsCancellationRequested)
            {
                LogWaiting(logger, e.Message, delay.TotalSeconds);
                await Task.Delay(delay, time, stopping);
            }
        }
    }

    private async Task ImportPackageAsync(DirectoryInfo folder, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var package = await ModelPackage.ReadAsync(folder, stopping);
            await scope.ServiceProvider.GetRequiredService<NewModelFiles>().EnsureStoredAsync(package.Manifest.Sha256, package.File, stopping);
            if (await scope.ServiceProvider.GetRequiredService<Registrar>().RegisterAsync(package, VersionOrigin.Imported, identity.Name, stopping))
                LogRegistered(logger, package.Manifest.Name, package.Manifest.Version, package.Manifest.Sha256);
        }
        catch (Exception e) when (e is ProblemException or IOException or UnauthorizedAccessException)
        {
            LogSkipped(logger, folder.FullName, e.Message);
        }
        catch (Exception e) when (!MayPass(e) && !stopping.IsCancellationRequested)
        {
            // What Postgres can't store, for example. The other models are served all the same, at this start and the next.
            LogSkippedUnforeseen(logger, e, folder.FullName);
        }
    }

    private async Task PromoteNewestAsync(string model, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var promotion = scope.ServiceProvider.GetRequiredService<Promotion>();
        if (await promotion.PromoteNewestIfNoneIsLiveAsync(model, identity.Name, stopping) is { } promoted)
            LogPromoted(logger, promoted.Model, promoted.Version);
    }

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo parent) =>
        parent.EnumerateDirectories().OrderBy(folder => folder.Name, VersionOrder.OldestFirst);

    private static bool MayPass(Exception e) => e is HttpRequestException or TaskCanceledException || e.IsDatabaseAway();

    [LoggerMessage(LogLevel.Information, "Registered {Model} {Version} ({Sha256})")]
    private static partial void LogRegistered(ILogger logger, string model, string version, string sha256);

    [LoggerMessage(LogLevel.Information, "{Model} had no live version: {Version} is live now")]
    private static partial void LogPromoted(ILogger logger, string model, string version);

    [LoggerMessage(LogLevel.Error, "Skipped the model package {Folder}: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string folder, string reason);

    [LoggerMessage(LogLevel.Error, "Skipped {Folder}: it can't be imported")]
    private static partial void LogSkippedUnforeseen(ILogger logger, Exception error, string folder);

    [LoggerMessage(LogLevel.Warning, "Registry:ImportPath '{Path}' is no folder: no models are imported")]
    private static partial void LogNoFolder(ILogger logger, string path);

    [LoggerMessage(LogLevel.Warning, "The import waits {Delay} s: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason, double delay);
}
