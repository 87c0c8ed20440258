using MassTransit;
using ServiceDefaults.Authentication;
using ServiceDefaults.Erasure;
using ServiceDefaults.Http;

namespace TrainingService.FeedbackLabels;

internal static class FeedbackLabelExtensions
{
    public static void AddFeedbackLabels(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<FeedbackOptions>().BindConfiguration("FeedbackLabels").ValidateDataAnnotations().ValidateOnStart();
        services.AddReplicaClient<PredictionInputs>(Scopes.Service.Predictions, timeout: TimeSpan.FromSeconds(20));
        services.AddScoped<LabelTaking>();
        services.AddSingleton<FeedbackSignal>();
        services.AddHostedService<FeedbackTaking>();
        services.AddPersonalData<FeedbackLabelsOfSubject>();
    }

    public static void AddFeedbackConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<FollowFeedback, FollowFeedbackDefinition>();
        bus.AddConsumer<FollowFeedbackRemoval, FollowFeedbackRemovalDefinition>();
    }
}
