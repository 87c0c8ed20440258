using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Erasure;

public static class ErasureExtensions
{
    /// <summary>The service takes part in erasures and exports: with what it registers by <see cref="AddPersonalData{TData}"/>, and what every service has.</summary>
    /// <param name="forgetUnsentEvents">False for the service whose unsent events are what ends the subject's rights.</param>
    public static void AddErasure<TContext>(this IBusRegistrationConfigurator bus, bool forgetUnsentEvents = true) where TContext : DbContext
    {
        bus.AddConsumer<EraseSubject<TContext>, EraseSubjectDefinition<TContext>>();
        bus.AddScoped<SubjectEraser<TContext>>();
        bus.AddScoped<IPersonalData, RememberedAnswers<TContext>>();
        if (forgetUnsentEvents)
            bus.AddScoped<IPersonalData, UnsentEvents<TContext>>();
    }

    /// <summary>A kind of personal data; they are erased in the order of their registration.</summary>
    public static void AddPersonalData<TData>(this IServiceCollection services) where TData : class, IPersonalData =>
        services.AddScoped<IPersonalData, TData>();
}
