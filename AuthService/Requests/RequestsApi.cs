using AuthService.Admin;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Requests;

/// <summary>The gateways' request log: they write, administrators read.</summary>
public static class RequestsApi
{
    private const int MaxRecords = 1000;

    public static void AddRequestLog(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RequestLogOptions>().BindConfiguration("RequestLog").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RequestWriter>();
        builder.Services.AddHostedService<RequestSweeper>();
    }

    public static void MapRequests(this IEndpointRouteBuilder app)
    {
        app.MapPost("/internal/requests", WriteAsync).RequireScope(Scopes.Service.Requests).ExcludeFromDescription();
        app.MapGet("/v1/admin/requests", ListAsync).RequireAdministrator().WithTags("Admin")
            .WithName("ListRequests").WithSummary("Who asked for what, newest first: filter, page by cursor. Records are there a second or two after their requests.");
    }

    private static async Task<NoContent> WriteAsync(List<LoggedRequest> requests, RequestWriter writer, CancellationToken cancellation)
    {
        if (requests.Count > MaxRecords)
            throw ProblemException.TooLarge("body", $"At most {MaxRecords} records are taken at once.");
        await writer.WriteAsync(requests, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<RequestPage>> ListAsync([AsParameters] RequestQuery query, AuthDb db, CancellationToken cancellation)
    {
        var rows = await query.Page(query.Filter(db.Requests.AsNoTracking())).ToListAsync(cancellation);
        return TypedResults.Ok(RequestPage.Of(rows, query.PageSize));
    }
}

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
public sealed record RequestPage(IReadOnlyList<LoggedRequest> Items, string? Next)
{
    /// <param name="rows">One more than the page's size when there are more.</param>
    public static RequestPage Of(List<LoggedRequest> rows, int size) => rows.Count > size
        ? new RequestPage(rows[..size], new RequestCursor(rows[size - 1].Time, rows[size - 1].Id).ToString())
        : new RequestPage(rows, null);
}
