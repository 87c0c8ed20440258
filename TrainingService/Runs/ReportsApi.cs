using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;
using TrainingService.Registry;
using TrainingService.Runs.Artifacts;

namespace TrainingService.Runs;

/// <summary>What a run left to look at. Its texts are users', and browsers show it: so nothing in it may run or call anywhere.</summary>
internal static class ReportsApi
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    public static void MapReports(this RouteGroupBuilder run)
    {
        run.MapGet("/report", GetReportAsync).WithName("GetRunReport").WithSummary("The run's report: HTML, or by Accept text/markdown or application/json.")
            .Produces<string>(StatusCodes.Status200OK, "text/html", "text/markdown", "application/json").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        run.MapGet("/plots/{name}.svg", GetPlotAsync).WithName("GetRunPlot").WithSummary("A plot of the report: confusion, roc, precision-recall, calibration (of numbers: predicted, residuals, tenths), learning-curve, rounds or importance.")
            .Produces<string>(StatusCodes.Status200OK, ReportFile.SvgType).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        run.MapGet("/model.onnx", GetModelAsync).WithName("GetRunModel").WithSummary("The model that the run made, as it is served.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static Task<FileStreamHttpResult> GetReportAsync(Guid id, HttpContext http, ClaimsPrincipal user, TrainingDb db, RunArtifacts artifacts, CancellationToken cancellation)
    {
        http.Response.Headers.Vary = HeaderNames.Accept;
        return FileAsync(id, NameFor(http.Request.GetTypedHeaders().Accept), "report", http, user, db, artifacts, cancellation);
    }

    private static Task<FileStreamHttpResult> GetPlotAsync(Guid id, string name, HttpContext http, ClaimsPrincipal user, TrainingDb db, RunArtifacts artifacts, CancellationToken cancellation) =>
        FileAsync(id, ReportFile.Plot(name), "plot", http, user, db, artifacts, cancellation);

    private static async Task<FileStreamHttpResult> GetModelAsync(Guid id, ClaimsPrincipal user, TrainingDb db, ObjectFiles files, CancellationToken cancellation)
    {
        var (run, _) = await db.FindAsync(id, user, cancellation);
        var version = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == run.Model && v.Version == run.Version && run.Kind == RunKind.Training, cancellation);
        var content = version is null ? null : await UnlessAwayAsync(() => files.OpenAsync(ModelFiles.Owner, version.Sha256, cancellation), cancellation);
        return content is null ? throw ProblemException.NotFound("model") : TypedResults.Stream(content, "application/octet-stream", $"{run.Model}-{run.Version}.onnx");
    }

    private static async Task<FileStreamHttpResult> FileAsync(
        Guid id, string name, string what, HttpContext http, ClaimsPrincipal user, TrainingDb db, RunArtifacts artifacts, CancellationToken cancellation)
    {
        await db.FindAsync(id, user, cancellation);
        var (artifact, content) = await UnlessAwayAsync(() => artifacts.OpenAsync(id, name, cancellation), cancellation) ?? throw ProblemException.NotFound(what);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "private, no-cache";
        return TypedResults.Stream(content, artifact.ContentType, entityTag: new EntityTagHeaderValue($"\"{artifact.Sha256}\""));
    }

    /// <summary>The first type that the caller prefers and that there is; HTML for whoever takes anything.</summary>
    private static string NameFor(IEnumerable<MediaTypeHeaderValue> accepted)
    {
        foreach (var type in accepted.OrderByDescending(type => type.Quality ?? 1))
        {
            if (type.MatchesMediaType("text/html"))
                return ReportFile.Html;
            if (type.MatchesMediaType("text/markdown"))
                return ReportFile.Markdown;
            if (type.MatchesMediaType("application/json"))
                return ReportFile.Json;
        }
        return ReportFile.Html;
    }

    private static async Task<T> UnlessAwayAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer.", TryAgain);
        }
    }
}
