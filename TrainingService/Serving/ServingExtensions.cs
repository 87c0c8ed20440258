using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;

namespace TrainingService.Serving;

internal static class ServingExtensions
{
    public static void AddServing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ServingOptions>().BindConfiguration("Serving").ValidateDataAnnotations().ValidateOnStart();
        services.AddReplicaClient<InferenceReplicas>(Scopes.Service.Inference, timeout: Timeout.InfiniteTimeSpan)
            .ConfigureHttpClient((provider, client) => client.Timeout = provider.GetRequiredService<IOptions<ServingOptions>>().Value.Timeout);
        services.AddTransient<InferenceClient>();
    }
}
