using MassTransit;
using ServiceDefaults.Erasure;
using ServiceDefaults.Health;

namespace AuthService.Erasure;

internal static class ErasureExtensions
{
    public static void AddErasures(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ErasureOptions>().BindConfiguration("Auth:Erasure").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<Reauthentication>();
        services.AddScoped<ErasureRequests>();
        services.AddScoped<ErasureProgress>();
        services.AddSingleton<ReceiptSigner>();
        services.AddSingleton<ErasureStatus>();
        services.AddHostedService<ErasureWatch>();
        services.AddHealthChecks().AddCheck<ErasureStatus>("erasures", tags: [HealthExtensions.Ready]);

        services.AddPersonalData<RequestLogOfSubject>();
        services.AddPersonalData<KeysOfSubject>();
        services.AddPersonalData<SessionsOfSubject>();
        services.AddPersonalData<ConsentsOfSubject>();
        services.AddPersonalData<AccountOfSubject>(); // last: the others are found by it
    }

    public static void AddErasureConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddErasure<AuthDb>(forgetUnsentEvents: false);
        bus.AddConsumer<CollectAnswers, CollectAnswersDefinition>();
    }
}
