using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Outbox;

internal static class OutboxExtensions
{
    public static void AddOutbox(this IServiceCollection services)
    {
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<OutboxInterceptor>();
        services.AddSingleton<OutboxMetrics>();
        services.AddHostedService<OutboxPump>();
    }
}
