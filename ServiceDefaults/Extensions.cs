using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults.Authentication;
using ServiceDefaults.Database;
using ServiceDefaults.Health;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace ServiceDefaults;

/// <summary>What every service gets by one call.</summary>
public static class Extensions
{
    /// <summary>Telemetry, health, problem details, token authentication, identity towards other services, OpenAPI.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Configuration.AddLogLevels();
        builder.AddTelemetry();
        builder.Services.AddSuiteHealthChecks();
        builder.Services.AddSuiteProblemDetails();
        builder.Services.AddDirectHttp();
        builder.Services.AddServiceIdentity(builder.Configuration);
        builder.Services.AddTokenAuthentication();
        builder.Services.AddOpenApi();
        builder.Services.AddSingleton<TimeProvider, DatabaseTime>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.MaxDepth = 32;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow; // a misspelt field is told, not ignored
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
        });
        return builder;
    }

    /// <summary>The middleware of <see cref="AddServiceDefaults"/> in its order, <c>/health/*</c> and the OpenAPI document.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseRouteNames();
        app.UseSuiteProblemDetails();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapSuiteHealthChecks();
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        return app;
    }
}
