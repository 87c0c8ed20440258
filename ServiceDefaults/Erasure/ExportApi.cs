using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ServiceDefaults.Authentication;

namespace ServiceDefaults.Erasure;

/// <summary>What this service keeps about a subject, for AuthService, which puts the copies of all services together.</summary>
public static class ExportApi
{
    public static void MapPersonalDataExport(this IEndpointRouteBuilder app) =>
        app.MapGet("/internal/export/{subject}", WriteAsync).RequireScope(Scopes.Service.Export).ExcludeFromDescription();

    private static async Task WriteAsync(string subject, IEnumerable<IPersonalData> kinds, HttpResponse response, CancellationToken cancellation)
    {
        var boundary = MultipartExport.NewBoundary();
        response.ContentType = MultipartExport.ContentType(boundary);
        var export = new MultipartExport(response.Body, boundary);
        foreach (var kind in kinds)
            await kind.ExportAsync(subject, export, cancellation);
        await export.CompleteAsync(cancellation);
    }
}
