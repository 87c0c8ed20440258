using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Gateway.Transport;

/// <summary>HTTPS beside HTTP: a second port, a redirect to it, and HSTS.</summary>
public static class TlsSetup
{
    public static void AddTls(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TlsOptions>().BindConfiguration("Gateway:Tls").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => new CertificateFile(
            services.GetRequiredService<IOptions<TlsOptions>>().Value, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<CertificateFile>>()));
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var tls = kestrel.ApplicationServices.GetRequiredService<IOptions<TlsOptions>>().Value;
            if (tls.IsOn)
                Listen(kestrel, tls, context.Configuration["urls"]);
        });
    }

    private static void Listen(KestrelServerOptions kestrel, TlsOptions tls, string? urls)
    {
        var certificate = kestrel.ApplicationServices.GetRequiredService<CertificateFile>();
        // Kestrel drops the addresses of ASPNETCORE_URLS once a port is opened in code.
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Listen(kestrel, BindingAddress.Parse(url), _ => { });
        kestrel.ListenAnyIP(tls.Port, port => port.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate.Current()));
    }

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.Host == "localhost")
            kestrel.ListenLocalhost(address.Port, configure);
        else if (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            kestrel.Listen(ip, address.Port, configure);
        else
            kestrel.ListenAnyIP(address.Port, configure);
    }

    public static void UseTls(this IApplicationBuilder app)
    {
        var tls = app.ApplicationServices.GetRequiredService<IOptions<TlsOptions>>().Value;
        if (!tls.IsOn)
            return;
        var hsts = $"max-age={((long)tls.Hsts.TotalSeconds).ToString(CultureInfo.InvariantCulture)}";
        app.Use((context, next) =>
        {
            if (context.Request.IsHttps)
            {
                if (tls.Hsts > TimeSpan.Zero)
                    context.Response.OnStarting(() => Task.FromResult(context.Response.Headers.StrictTransportSecurity = hsts));
                return next(context);
            }
            if (!tls.RedirectHttp || IsProbe(context.Request.Path))
                return next(context);
            var host = new HostString(context.Request.Host.Host, tls.PublicPort ?? tls.Port);
            context.Response.Redirect($"https://{host}{context.Request.PathBase}{context.Request.Path}{context.Request.QueryString}", permanent: true, preserveMethod: true);
            return Task.CompletedTask;
        });
    }

    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health", out var which) && which.HasValue;
}
