using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Gateway.Transport;

/// <summary>Which web pages elsewhere may call. Configured as <c>Gateway:Cors</c>; without origins none may.</summary>
public sealed class CorsOptions : IValidatableObject
{
    /// <summary><c>https://app.example.org</c>, or <c>*</c> for any.</summary>
    public string[] Origins { get; set; } = [];

    /// <summary>Empty: GET, POST, PUT, DELETE.</summary>
    public string[] Methods { get; set; } = [];

    /// <summary>Empty: those that the API has a use for.</summary>
    public string[] Headers { get; set; } = [];

    /// <summary>Whether pages may send along what the browser keeps for this origin. Not together with <c>*</c>.</summary>
    public bool Credentials { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (Credentials && Origins.Contains("*"))
            yield return new ValidationResult("Gateway:Cors: Credentials can't be allowed to any origin ('*'): name the origins.", [nameof(Credentials)]);
        foreach (var origin in Origins.Where(origin => origin != "*" && !IsOrigin(origin)))
            yield return new ValidationResult($"Gateway:Cors:Origins: '{origin}' is not an origin such as https://app.example.org.", [nameof(Origins)]);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}

public static class CorsSetup
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE"];

    private static readonly string[] Headers =
        ["Authorization", "X-API-Key", "Content-Type", "Content-Encoding", "Accept", "Idempotency-Key", "X-Request-Id", "X-Deadline-Ms", "Inference-Header-Content-Length", "traceparent"];

    private static readonly string[] Exposed =
        ["X-Request-Id", "Location", "Retry-After", "WWW-Authenticate", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy", "Inference-Header-Content-Length"];

    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromHours(1);

    public static void AddCorsByConfiguration(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CorsOptions>().BindConfiguration("Gateway:Cors").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddCors();
    }

    /// <summary>Before authentication: a browser asks without credentials whether it may ask with them.</summary>
    public static void UseCorsByConfiguration(this IApplicationBuilder app)
    {
        var options = app.ApplicationServices.GetRequiredService<IOptions<CorsOptions>>().Value;
        if (options.Origins.Length == 0)
            return;
        app.UseCors(policy =>
        {
            policy.WithMethods(options.Methods.Length > 0 ? options.Methods : Methods)
                .WithHeaders(options.Headers.Length > 0 ? options.Headers : Headers)
                .WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(PreflightMaxAge);
            if (options.Origins.Contains("*"))
                policy.AllowAnyOrigin();
            else
                policy.WithOrigins(options.Origins);
            if (options.Credentials)
                policy.AllowCredentials();
        });
    }
}
