package dev.letterbox.testkit;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Broker} as a parameter: one for the whole run, started with the first test that wants it, so each
 * test takes a vhost of its own. Skips the class where RabbitMQ is not installed.
 */
public final class SharedBroker implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);

    /** Made by JUnit. */
    public SharedBroker() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        Broker.assumeInstalled();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(Broker.class);
    }

    /** The store of the run is closed after the last class, and before the leak guard's last look. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Broker.class, _ -> Broker.startLasting(), Broker.class);
    }
}
