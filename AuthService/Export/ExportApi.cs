using System.IO.Compression;
using System.Security.Claims;
using AuthService.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Erasure;
using ServiceDefaults.Problems;

namespace AuthService.Export;

public static partial class ExportApi
{
    public static void AddExport(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExportOptions>().BindConfiguration("Auth:Export").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ExportSlots>();
        builder.Services.AddHttpClient<ServiceCopies>(client => client.Timeout = Timeout.InfiniteTimeSpan); // Auth:Export:ServiceDeadline
    }

    public static void MapExport(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/auth/me/export", ExportAsync).WithTags("Privacy")
            .WithSummary("A zip of everything that is kept about me, images included. index.json says what each file is, errors.json what is missing.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<PushStreamHttpResult, NotFound>> ExportAsync(
        ClaimsPrincipal caller, HttpContext http, AuthDb db, ExportSlots slots, ServiceCopies copies, IEnumerable<IPersonalData> own, IOptions<ExportOptions> options,
        TimeProvider time, ILogger<ZipExport> logger, CancellationToken cancellation)
    {
        if (caller.ApiKeyId() is not null)
            throw new ProblemException(StatusCodes.Status403Forbidden, "sign-in-needed", "An export is made for a signed-in user, not for a key.");
        var id = caller.UserId();
        if (!await db.Users.AnyAsync(user => user.Id == id, cancellation))
            return TypedResults.NotFound();
        http.Response.RegisterForDispose(slots.Take(id));
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(body => WriteAsync(id.ToString(), body), "application/zip", $"export-{time.GetUtcNow():yyyy-MM-dd}.zip");

        async Task WriteAsync(string subject, Stream body)
        {
            var response = new ResponseBody(body);
            await using (var zip = await ZipArchive.CreateAsync(response, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation))
            {
                var export = new ZipExport(zip);
                await CollectAsync(export, "auth", () => WriteOwnAsync(own, subject, export, cancellation), logger, cancellation);
                foreach (var service in options.Value.AskedServices)
                    await CollectAsync(export, service, () => copies.CopyAsync(service, subject, export, cancellation), logger, cancellation);
                await export.CompleteAsync(cancellation);
            }
            await response.FlushAsync(cancellation);
        }
    }

    private static async Task WriteOwnAsync(IEnumerable<IPersonalData> kinds, string subject, PersonalExport export, CancellationToken cancellation)
    {
        foreach (var kind in kinds)
            await kind.ExportAsync(subject, export, cancellation);
    }

    /// <summary>One service that does not answer costs its own files and a word about it, not the whole copy.</summary>
    private static async Task CollectAsync(ZipExport export, string service, Func<Task> collect, ILogger logger, CancellationToken cancellation)
    {
        export.Service = service;
        try
        {
            await collect();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogIncomplete(logger, service, e);
            export.Missing(e is OperationCanceledException ? "The service took too long." : "The service did not answer, or stopped in the middle. Ask again later.");
        }
    }

    [LoggerMessage(LogLevel.Warning, "An export is without what {Service} has")]
    private static partial void LogIncomplete(ILogger logger, string service, Exception reason);
}
