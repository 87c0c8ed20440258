using MassTransit;
using ServiceDefaults.Erasure;
using TrainingService.Policies.AutoTraining;
using TrainingService.Policies.Quality;

namespace TrainingService.Policies;

internal static class PolicyExtensions
{
    public static void AddPolicies(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<PolicyOptions>().BindConfiguration("Policies").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<AutoTrainer>();
        builder.Services.AddPersonalData<PolicyOfSubject>();
    }

    public static void AddPolicyConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<FollowLabels, FollowLabelsDefinition>();
        bus.AddConsumer<WatchQuality, WatchQualityDefinition>();
    }
}
