using ServiceDefaults.Authentication;
using ServiceDefaults.Health;
using ServiceDefaults.Http;
using TrainingService.Registry.Uploads;

namespace TrainingService.Registry;

internal static class RegistryExtensions
{
    public static void AddRegistry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RegistryOptions>().BindConfiguration("Registry").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddServiceClient<ModelFiles>("storage", Scopes.Service.Objects, timeout: TimeSpan.FromMinutes(5));
        builder.Services.AddScoped<NewModelFiles>();
        builder.Services.AddScoped<Registrar>();
        builder.Services.AddScoped<Promotion>();
        builder.Services.AddSingleton<PackageUploads>();
        builder.Services.AddSingleton<RegistryImport>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RegistryImport>());
        builder.Services.AddSingleton<RetiredFiles>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RetiredFiles>());
        builder.Services.AddHealthChecks().AddCheck<RegistryImportHealthCheck>("registry", tags: [HealthExtensions.Ready]);
    }
}
