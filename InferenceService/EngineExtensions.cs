using Imaging;
using InferenceService.Admission;
using InferenceService.Compatibility;
using InferenceService.Execution;
using InferenceService.Images;
using InferenceService.Models;
using InferenceService.OpenInference;
using InferenceService.Predictions;
using InferenceService.Registry;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Health;
using ServiceDefaults.Http;
using ServiceDefaults.Quotas;

namespace InferenceService;

/// <summary>What this service is made of, in the order in which a prediction meets it.</summary>
internal static class EngineExtensions
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ModelOptions>().BindConfiguration("Models").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AdmissionOptions>().BindConfiguration("Models:Admission").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PredictionOptions>().BindConfiguration("Predictions").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CompatibilityOptions>().BindConfiguration("Compatibility");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 128L << 20); // the gateway sets the limit per route

        services.AddServiceClient<RegistryClient>("training", Scopes.Service.Registry, timeout: TimeSpan.FromSeconds(10));
        services.AddServiceClient<ObjectStoreClient>("storage", Scopes.Service.Objects, timeout: TimeSpan.FromMinutes(5));
        services.AddSingleton<ModelHost>();
        services.AddSingleton<ModelCache>();
        services.AddSingleton<OnnxModelFactory>();
        services.AddSingleton<AdmittedModels>();
        services.AddSingleton<ModelAdmission>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<FollowerSignal>();
        services.AddSingleton<VersionsOnDemand>();
        builder.AddOpenInference();
        services.AddHosted<RegistryFollower>();
        services.AddHealthChecks().AddCheck<ModelsHealthCheck>("models", tags: [HealthExtensions.Ready]);

        // ImageIntake lets no more decode at once than the decoder's own limit, so nobody blocks a thread there.
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PredictionOptions>>().Value;
            return new ImageDecoder(options.Images.ToLimits(options.MaxImageBytes));
        });
        services.AddSingleton<UploadBudget>();
        services.AddSingleton<ImageUploads>();
        services.AddSingleton<ImageIntake>();
        services.AddSingleton<ImageCapture>();
        services.AddHosted<ImageMover>();
        services.AddQuotaLeases();
        services.AddSingleton<ItemQuota>();
        services.AddSingleton<Predictor>();
        services.AddSingleton<PredictionRecorder>();
        services.AddHosted<PredictionLog>();
        services.AddSingleton<InferenceMetrics>();
    }

    /// <summary>A background service that others talk to as well.</summary>
    private static void AddHosted<TService>(this IServiceCollection services) where TService : class, IHostedService
    {
        services.AddSingleton<TService>();
        services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }
}
