using Swashbuckle.AspNetCore.SwaggerUI;

namespace Gateway.ApiDocs;

/// <summary><c>/openapi.json</c> and a page to try it, served from here: no script comes from elsewhere.</summary>
public static class DocsPage
{
    /// <summary>Swagger UI styles its elements inline and draws icons from data URLs; scripts are files.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(3);

    public static void AddApiDocs(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(ApiDocument.ClientName, client => client.Timeout = FetchTimeout);
        builder.Services.AddSingleton<ApiDocument>();
    }

    public static void UseDocsPage(this IApplicationBuilder app) => app.UseSwaggerUI(page =>
    {
        page.RoutePrefix = "docs";
        page.DocumentTitle = "InferenceSuite API";
        page.SwaggerEndpoint("/openapi.json", "InferenceSuite");
        page.DocExpansion(DocExpansion.List);
        page.EnablePersistAuthorization();
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app) =>
        app.MapGet("/openapi.json", async (ApiDocument document, CancellationToken cancellation) =>
            TypedResults.Text((await document.GetAsync(cancellation)).Json, "application/json; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
}
