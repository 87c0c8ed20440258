using System.Globalization;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
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
                Listen(kestrel, tls, PlainAddresses(context.Configuration["urls"], context.Configuration["http_ports"]));
        });
    }

    private static void Listen(KestrelServerOptions kestrel, TlsOptions tls, IReadOnlyList<BindingAddress> plain)
    {
        var certificate = kestrel.ApplicationServices.GetRequiredService<CertificateFile>();
        foreach (var address in plain)
            Listen(kestrel, address);
        kestrel.ListenAnyIP(tls.Port, port => port.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current() }),
        }));
    }

    /// <summary>Where plain HTTP is served: Kestrel drops the addresses it was configured with once a port is opened in code.</summary>
    /// <exception cref="InvalidOperationException">One of them is for HTTPS.</exception>
    public static IReadOnlyList<BindingAddress> PlainAddresses(string? urls, string? httpPorts)
    {
        var all = Split(urls);
        if (all.Length == 0)
            all = [.. Split(httpPorts).Select(port => $"http://*:{port}")];
        if (all.Length == 0)
            all = ["http://localhost:5000"]; // Kestrel's own default
        var addresses = all.Select(BindingAddress.Parse).ToArray();
        return addresses.FirstOrDefault(address => address.Scheme != "http") is { } other
            ? throw new InvalidOperationException($"ASPNETCORE_URLS names '{other}': only http:// belongs there. HTTPS is served on Gateway:Tls:Port, with the certificate of Gateway:Tls:CertificatePath.")
            : addresses;
    }

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address)
    {
        if (address.Host == "localhost")
            kestrel.ListenLocalhost(address.Port);
        else if (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            kestrel.Listen(ip, address.Port);
        else
            kestrel.ListenAnyIP(address.Port);
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
